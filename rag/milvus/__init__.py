"""The documents in a Milvus cluster, or in Milvus Lite. `pip install 'youju[milvus]'` brings the client."""

from rag.milvus.address import MilvusAddress
from rag.milvus.shelf import MilvusShelf

__all__ = ["MilvusAddress", "MilvusShelf"]
