import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Vectors } from './vectors.ts'

test('a vector is equal to one of the same numbers, dense or sparse, and to no other', () => {
  const dense = Vectors.dense(1, 0, 3)
  assert(dense.equals(Vectors.sparse(3, [0, 2], [1, 3])))
  assert(
    Vectors.sparse(3, [
      [2, 3],
      [0, 1],
    ]).equals(dense),
  )
  assert(!dense.equals(Vectors.dense(1, 0)))
  assert(!dense.equals(Vectors.dense(1, 0, 4)))
  assert(!dense.equals([1, 0, 3]))
})

test('what a vector is: size, stored and non-zero numbers, the greatest, dense and sparse forms', () => {
  const sparse = Vectors.sparse(5, { 3: 2, 1: 0 })
  assert.deepEqual([sparse.size, sparse.numActives, sparse.numNonzeros, sparse.argmax], [5, 2, 1, 3])
  assert.deepEqual(sparse.toDense().values, [0, 0, 0, 2, 0])
  assert.deepEqual(sparse.toSparse().indices, [3])
  assert.deepEqual(Vectors.sparse(9, [1], [2]).toDense().compressed(), Vectors.sparse(9, [1], [2]))
  assert.deepEqual(Vectors.dense(1, 0).compressed(), Vectors.dense(1, 0))
  assert.deepEqual([sparse.apply(3), sparse.apply(4)], [2, 0])
  assert.throws(() => sparse.apply(5), { code: 'ILLEGAL_ARGUMENT', message: /Index 5 out of range \[0, 5\)/ })
})

test('products, norms and distances are the same for dense and sparse vectors', () => {
  const a = Vectors.sparse(4, [1, 3], [2, -2])
  const b = Vectors.dense(1, 2, 3, 4)
  assert.equal(a.dot(b), -4)
  assert.equal(b.dot(a), -4)
  assert.deepEqual(
    [1, 2, 3, Number.POSITIVE_INFINITY].map((p) => Vectors.norm(a, p)),
    [4, Math.sqrt(8), 16 ** (1 / 3), 2],
  )
  assert.equal(Vectors.sqdist(a, b), 1 + 0 + 9 + 36)
  assert.throws(() => Vectors.sqdist(a, Vectors.zeros(3)), { code: 'ILLEGAL_ARGUMENT' })
  assert.throws(() => a.dot(Vectors.zeros(3)), { code: 'ILLEGAL_ARGUMENT' })
  assert.throws(() => Vectors.norm(a, 0.5), { code: 'ILLEGAL_ARGUMENT' })
})

test('a sparse vector that is none is refused', () => {
  for (const make of [
    () => Vectors.sparse(2, [0], [1, 2]),
    () => Vectors.sparse(2, [0, 2], [1, 2]),
    () => Vectors.sparse(2, [1, 0], [1, 2]),
    () => Vectors.sparse(2, [-1], [1]),
    () =>
      Vectors.sparse(2, [
        [1, 1],
        [1, 2],
      ]),
    () => Vectors.sparse(1, [0, 1], [1, 2]),
    () => Vectors.sparse(-1, [], []),
  ]) {
    assert.throws(make, { name: 'IllegalArgumentException', code: 'ILLEGAL_ARGUMENT' })
  }
})

test('JSON is that of Spark and comes back', () => {
  for (const vector of [Vectors.dense(1, 2.5), Vectors.sparse(3, [1], [-4])]) {
    const json = JSON.stringify(vector)
    assert.equal(String(Vectors.fromJson(json)), String(vector))
  }
  assert.equal(JSON.stringify(Vectors.sparse(3, [1], [-4])), '{"type":0,"size":3,"indices":[1],"values":[-4]}')
  assert.throws(() => Vectors.fromJson('{"type":2}'), { code: 'CANNOT_PARSE_NUMERIC' })
})
