# Orrery on Debian. Node 26 comes with `npm ci`; Debian's own Node only runs npm. Linux on x86-64 and arm64.
#
#   docker build -t orrery .
#   docker run --rm --init -v orrery:/var/lib/orrery orrery demo
#
# Not built in CI, which has no Docker engine: build it with the first line above before relying on it.
FROM debian:trixie-slim

RUN apt-get update \
  && apt-get install --yes --no-install-recommends ca-certificates nodejs npm \
  && rm -rf /var/lib/apt/lists/* \
  && useradd --system --user-group --create-home --home-dir /var/lib/orrery orrery

WORKDIR /opt/orrery

# The dependencies are a layer of their own: a change of ours does not fetch them again.
COPY package.json package-lock.json .npmrc ./
COPY bin ./bin
RUN npm ci --omit=dev && npm cache clean --force
COPY . .

# The program belongs to root and only runs as orrery; what it writes is the volume.
USER orrery
WORKDIR /var/lib/orrery
VOLUME /var/lib/orrery

# Asked elsewhere than in the volume, whose tick store the running engine may rightly hold.
HEALTHCHECK --interval=5m --timeout=30s --start-period=10s CMD ["sh", "-c", "cd /tmp && /opt/orrery/bin/orrery doctor"]

ENTRYPOINT ["/opt/orrery/bin/orrery"]
CMD ["--help"]
