import { openChdbTickStore } from './chdb-tick-store.ts'
import { describeTickStore } from './tick-store-conformance.test-support.ts'

describeTickStore('the embedded tick store', openChdbTickStore)
