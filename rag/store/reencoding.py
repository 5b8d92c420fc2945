"""A store made over for another encoder, from the texts it holds."""

from embeddings import Encoder
from rag.index.changes import Change
from rag.index.segment import Splitter
from rag.index.snapshot import Snapshot
from rag.reading import split
from rag.store.folder import Store
from rag.store.making import InStore


def reencode(store: Store, encoder: Encoder, *, split: Splitter = split) -> int:
    """Make all that a store holds findable with this encoder; how many documents that are.

    Whoever has it open goes on with what was served before, and opens it anew with the encoder for the rest; killed,
    the store is as it was. Nothing is done where it is this encoder's already. Raises StoreError.
    """
    with store.writing(), InStore.of(store, encoder=encoder, split=split) as maker:
        held = store.load(encoder, whichever=True)
        if store.stats().encoder != encoder.fingerprint:
            change = Change(Snapshot.of([], encoder), maker)
            change.add(held.documents.values())
            change.merge(at_most=change.added)
            store.commit(change.parts, encoder=encoder.fingerprint, dimensions=encoder.dimensions)
        return len(held.documents)
