"""The tree against a second one, written straight from the recursive definitions of RFC 9162."""

import hashlib

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from wufei.hub.evidence import tree


def sha256(data):
    return hashlib.sha256(data).digest()


# The RFC's definitions, word by word: slow and plain.
def mth(entries):
    if not entries:
        return sha256(b"")
    if len(entries) == 1:
        return sha256(b"\x00" + entries[0])
    k = split(len(entries))
    return sha256(b"\x01" + mth(entries[:k]) + mth(entries[k:]))


def split(n):
    k = 1
    while 2 * k < n:
        k *= 2
    return k


def path(m, entries):
    if len(entries) == 1:
        return []
    k = split(len(entries))
    if m < k:
        return [*path(m, entries[:k]), mth(entries[k:])]
    return [*path(m - k, entries[k:]), mth(entries[:k])]


def subproof(m, entries, whole):
    n = len(entries)
    if m == n:
        return [] if whole else [mth(entries)]
    k = split(n)
    if m <= k:
        return [*subproof(m, entries[:k], whole), mth(entries[k:])]
    return [*subproof(m - k, entries[k:], False), mth(entries[:k])]


def entries_of(size):
    return [n.to_bytes(4, "big") for n in range(size)]


def kept(entries):
    """``fetch`` over leaves in memory."""
    leaves = [tree.leaf_hash(one) for one in entries]

    def fetch(subtrees):
        return {
            (level, index): tree.complete(leaves[index << level : (index + 1) << level])
            for level, index in subtrees
        }

    return fetch


SIZES = st.integers(1, 300)


# Vectors that anybody can make again with sha256sum.
def test_the_empty_tree_and_small_ones_have_the_hashes_of_the_definition():
    assert tree.EMPTY_ROOT.hex() == (
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    )
    # printf '\0' | sha256sum
    assert tree.leaf_hash(b"").hex() == (
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    )
    left, right = tree.leaf_hash(b"a"), tree.leaf_hash(b"b")
    assert tree.node_hash(left, right) == sha256(b"\x01" + sha256(b"\x00a") + sha256(b"\x00b"))


# The example of RFC 9162, 2.1.5: seven leaves; its letters.
def test_the_tree_of_seven_leaves_has_the_proofs_that_the_standard_draws():
    a, b, c, d, e, f, j = (tree.leaf_hash(bytes([n])) for n in range(7))
    g, h, i = tree.node_hash(a, b), tree.node_hash(c, d), tree.node_hash(e, f)
    k, i_j = tree.node_hash(g, h), tree.node_hash(i, j)
    root = tree.node_hash(k, i_j)
    fetch = kept([bytes([n]) for n in range(7)])
    assert tree.root(7, fetch) == root
    assert tree.inclusion_proof(0, 7, fetch) == [b, h, i_j]
    assert tree.inclusion_proof(3, 7, fetch) == [c, g, i_j]
    assert tree.inclusion_proof(4, 7, fetch) == [f, j, k]
    assert tree.inclusion_proof(6, 7, fetch) == [i, k]
    assert tree.consistency_proof(3, 7, fetch) == [c, d, g, i_j]
    assert tree.consistency_proof(4, 7, fetch) == [i_j]
    assert tree.consistency_proof(6, 7, fetch) == [i, j, k]


@given(SIZES)
def test_root_and_growing_edge_are_those_of_the_definition(size):
    entries = entries_of(size)
    edge = tree.Frontier()
    edge.extend(tree.leaf_hash(one) for one in entries)
    assert tree.root(size, kept(entries)) == mth(entries) == edge.root
    assert edge.size == size


@given(st.data())
def test_every_leaf_has_the_path_of_the_definition_and_it_proves(data):
    size = data.draw(SIZES)
    number = data.draw(st.integers(0, size - 1))
    entries = entries_of(size)
    proof = tree.inclusion_proof(number, size, kept(entries))
    assert proof == path(number, entries)
    leaf = tree.leaf_hash(entries[number])
    assert tree.proves_inclusion(leaf, number, size, proof, mth(entries))


@given(st.data())
def test_between_any_two_sizes_the_proof_of_consistency_is_that_of_the_definition(data):
    second = data.draw(SIZES)
    first = data.draw(st.integers(1, second))
    entries = entries_of(second)
    proof = tree.consistency_proof(first, second, kept(entries))
    assert proof == subproof(first, entries, True)
    roots = mth(entries[:first]), mth(entries)
    assert tree.proves_consistency(first, second, proof, *roots)


def flipped(data, value):
    bit = data.draw(st.integers(0, len(value) * 8 - 1))
    changed = bytearray(value)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


@given(st.data())
def test_one_flipped_bit_anywhere_and_nothing_is_proven(data):
    size = data.draw(SIZES)
    number = data.draw(st.integers(0, size - 1))
    entries = entries_of(size)
    leaf, root = tree.leaf_hash(entries[number]), mth(entries)
    proof = tree.inclusion_proof(number, size, kept(entries))
    where = data.draw(st.integers(-2, len(proof) - 1))
    if where == -2:
        leaf = flipped(data, leaf)
    elif where == -1:
        root = flipped(data, root)
    else:
        proof[where] = flipped(data, proof[where])
    assert not tree.proves_inclusion(leaf, number, size, proof, root)


@given(st.data())
def test_a_path_proves_no_other_place_and_no_other_length(data):
    size = data.draw(st.integers(2, 300))
    number = data.draw(st.integers(0, size - 1))
    other = data.draw(st.integers(-1, size + 1))
    assume(other != number)
    entries = entries_of(size)
    leaf, root = tree.leaf_hash(entries[number]), mth(entries)
    proof = tree.inclusion_proof(number, size, kept(entries))
    assert not tree.proves_inclusion(leaf, other, size, proof, root)
    assert not tree.proves_inclusion(leaf, number, size, proof[:-1], root)
    assert not tree.proves_inclusion(leaf, number, size, [*proof, root], root)


@given(st.data())
def test_a_history_that_was_rewritten_is_consistent_with_nothing(data):
    second = data.draw(st.integers(2, 300))
    first = data.draw(st.integers(1, second - 1))
    entries = entries_of(second)
    changed = data.draw(st.integers(0, first - 1))
    before = mth(entries[:first])
    entries[changed] = b"another"
    proof = tree.consistency_proof(first, second, kept(entries))
    assert not tree.proves_consistency(first, second, proof, before, mth(entries))
    assert not tree.proves_consistency(second, first, proof, before, mth(entries))


@pytest.mark.parametrize(("first", "second"), [(0, 1), (5, 3), (-1, 3)])
def test_sizes_that_make_no_sense_prove_nothing(first, second):
    assert not tree.proves_consistency(first, second, [], tree.EMPTY_ROOT, tree.EMPTY_ROOT)
    assert not tree.proves_inclusion(tree.EMPTY_ROOT, 3, 3, [], tree.EMPTY_ROOT)
