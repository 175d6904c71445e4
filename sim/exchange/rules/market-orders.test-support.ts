// Market orders: what they pay, and what becomes of the part that the book does not show.

import { instrument, specsOf, terms } from '../scenario.test-support.ts'
import type { RuleGroup } from './rule.test-support.ts'

const Q = '1 quote 100/101 10x20'

export const MARKET: RuleGroup = {
  group: 'market',
  sources: [
    'https://www.onixs.biz/fix-dictionary/latest/tagNum_40.html (1)',
    'https://solomonexamprep.com/content-txt/46677/34/17-4-2-2-1-Price-Orders (a buyer pays the offer, a seller gets the bid)',
    'residual one increment worse: https://nautilustrader.io/docs/nightly/concepts/backtesting/fill-models/',
  ],
  rules: [
    [
      'a market buy pays the ask',
      ['1 quote 100/101 10x20', '2 a buy 5 market day'],
      ['2 a new leaves 5', '2 a trade 5@101 leaves 0'],
    ],
    [
      'a market sell receives the bid',
      ['1 quote 100/101 10x20', '2 a sell 5 market day'],
      ['2 a new leaves 5', '2 a trade 5@100 leaves 0'],
    ],
    [
      'a market buy beyond the displayed size pays one increment more for the residual',
      ['1 quote 100/101 10x20', '2 a buy 25 market gtc'],
      ['2 a new leaves 25', '2 a trade 20@101 leaves 5', '2 a trade 5@102 leaves 0'],
    ],
    [
      'a market sell beyond the displayed size receives one increment less for the residual',
      ['1 quote 100/101 10x20', '2 a sell 11 market ioc'],
      ['2 a new leaves 11', '2 a trade 10@100 leaves 1', '2 a trade 1@99 leaves 0'],
    ],
    [
      'where the increment depends on the price, a residual and a trail count those of the price they start from',
      [
        '1 quote 95/99 10x20',
        '2 a buy 25 market gtc',
        '3 quote 100/105 10x20',
        '4 b sell 11 market gtc',
        '5 quote 105/110',
        '6 c sell 5 trailing_stop 2 gtc unit=ticks',
        '7 quote 96/97',
        '8 quote 95/96',
      ],
      [
        '2 a new leaves 25',
        '2 a trade 20@99 leaves 5',
        '2 a trade 5@100 leaves 0',
        '4 b new leaves 11',
        '4 b trade 10@100 leaves 1',
        '4 b trade 1@95 leaves 0',
        '6 c new leaves 5',
        '8 c triggered',
        '8 c trade 5@95 leaves 0',
      ],
      terms({
        specs: specsOf(
          instrument({
            increments: [{ price_increment: '0.01' }, { price_from: '1', price_increment: '0.05' }],
          }),
        ),
      }),
    ],
    [
      'a fill-or-kill market order fills whole like any other',
      ['1 quote 100/101 10x20', '2 a buy 21 market fok'],
      ['2 a new leaves 21', '2 a trade 20@101 leaves 1', '2 a trade 1@102 leaves 0'],
    ],
    [
      'the displayed size is shared by all orders until the next quote',
      [
        '1 quote 100/101 10x20',
        '2 a buy 15 market day',
        '3 b buy 15 market day',
        '4 quote 100/101 10x20',
        '5 c buy 5 market day',
      ],
      [
        '2 a new leaves 15',
        '2 a trade 15@101 leaves 0',
        '3 b new leaves 15',
        '3 b trade 5@101 leaves 10',
        '3 b trade 10@102 leaves 0',
        '5 c new leaves 5',
        '5 c trade 5@101 leaves 0',
      ],
    ],
    [
      'buys leave the displayed size of the bid alone',
      ['1 quote 100/101 10x20', '2 a buy 20 market day', '3 b sell 10 market day'],
      ['2 a new leaves 20', '2 a trade 20@101 leaves 0', '3 b new leaves 10', '3 b trade 10@100 leaves 0'],
    ],
    [
      'a size of zero in the data means the configured default, on either side',
      ['1 quote 100/101', '2 a buy 1001 market day', '3 b sell 1001 market day'],
      [
        '2 a new leaves 1001',
        '2 a trade 1000@101 leaves 1',
        '2 a trade 1@102 leaves 0',
        '3 b new leaves 1001',
        '3 b trade 1000@100 leaves 1',
        '3 b trade 1@99 leaves 0',
      ],
    ],
    [
      'a residual that would sell at zero is sold at the bid itself',
      ['1 quote 1/2 10x20', '2 a sell 11 market day'],
      ['2 a new leaves 11', '2 a trade 10@1 leaves 1', '2 a trade 1@1 leaves 0'],
    ],
  ],
}

export const MARKET_TO_LIMIT: RuleGroup = {
  group: 'market to limit',
  sources: [
    'https://www.onixs.biz/fix-dictionary/4.4/tagNum_40.html (K: what is left becomes a limit order at the price of the execution)',
    'http://publicaciones.bolsasymercados.es/otras/StructureMarket/files/assets/basic-html/page14.html (one that meets no price is eliminated)',
  ],
  rules: [
    [
      'what the touch does not fill rests at the price of the fill',
      ['1 quote 100/101 10x20', '2 a buy 25 market_to_limit gtc', '3 quote 99/100 10x2'],
      ['2 a new leaves 25', '2 a trade 20@101 leaves 5', '3 a trade 2@101 leaves 3'],
    ],
    [
      'it fills whole where the touch shows enough',
      [Q, '2 a sell 10 market_to_limit gtc'],
      ['2 a new leaves 10', '2 a trade 10@100 leaves 0'],
    ],
    [
      'immediate-or-cancel leaves no rest',
      [Q, '2 a sell 15 market_to_limit ioc'],
      ['2 a new leaves 15', '2 a trade 10@100 leaves 5', '2 a canceled cum 10'],
    ],
    [
      'one that finds nothing at the touch has no price to rest at, and is canceled',
      [
        Q,
        '2 a sell 10 market ioc',
        '3 b sell 5 market_to_limit gtc',
        '4 c buy 20 market ioc',
        '5 d buy 5 market_to_limit gtc',
        '6 quote 99/100 10x10',
      ],
      [
        '2 a new leaves 10',
        '2 a trade 10@100 leaves 0',
        '3 b new leaves 5',
        '3 b canceled cum 0',
        '4 c new leaves 20',
        '4 c trade 20@101 leaves 0',
        '5 d new leaves 5',
        '5 d canceled cum 0',
      ],
    ],
    [
      'fill-or-kill needs the whole at the touch',
      [Q, '2 a sell 11 market_to_limit fok'],
      ['2 a new leaves 11', '2 a canceled cum 0'],
    ],
  ],
}
