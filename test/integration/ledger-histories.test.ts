import { IS_LONG } from './long.ts'

process.env.MILLSTREAM_HISTORIES ??= IS_LONG ? '300' : '150'
await import('../faults/ledger-histories.test.ts')
