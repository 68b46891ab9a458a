process.env.MILLSTREAM_HISTORIES ??= '300'
await import('../faults/ledger-histories.test.ts')
