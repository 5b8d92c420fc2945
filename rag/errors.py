"""Every error Youju raises on purpose. Each says what it got, what it expected, and what to do.

YoujuError
├── ReadError              a file could not be read as a document
│   ├── UnsupportedFormat  no reader takes this kind of file
│   ├── EmptyDocument      nothing to read in it
│   └── DamagedFile        it is not what its name says, or it is cut off
├── StoreError             the folder on disk cannot be used
│   ├── StoreNotFound      there is none at this place
│   ├── StoreFormatError   written by another version, or not a store at all
│   ├── StoreDamaged       a checksum does not fit
│   ├── StoreLocked        another process is writing
│   └── EncoderMismatch    made with another encoder
├── UnknownDocument        no document has this id
├── BadQuestion            a question that cannot be asked (empty, too long)
├── BadQuestions           rows of a question file that cannot be used
├── EncoderError           an encoder could not be loaded or gave unusable vectors
├── ServiceStoreError      the database of feedback, keys and sites cannot be used
└── ModelError             a language model failed, refused or timed out
"""


class YoujuError(Exception):
    """Base of all. `str(error)` is fit to be shown to the person who caused it."""


class ReadError(YoujuError):
    """A file could not be read as a document."""


class UnsupportedFormat(ReadError):
    """No reader takes this kind of file."""


class EmptyDocument(ReadError):
    """There is nothing to read in the file."""


class DamagedFile(ReadError):
    """The file is not what its name says, or it is cut off."""


class StoreError(YoujuError):
    """The store on disk cannot be used."""


class StoreNotFound(StoreError):
    """There is no store at this place."""


class StoreFormatError(StoreError):
    """The folder was written by another version, or is not a store."""


class StoreDamaged(StoreError):
    """A file of the store does not fit its checksum."""


class StoreLocked(StoreError):
    """Another process is writing to the store."""


class EncoderMismatch(StoreError):
    """The store was made with another encoder."""


class UnknownDocument(YoujuError):
    """No document has this id."""

    @classmethod
    def of(cls, id: str) -> "UnknownDocument":
        return cls(f"no document has the id {id!r}; `youju documents list` shows those there are")


class BadQuestion(YoujuError):
    """The question cannot be asked."""


class BadQuestions(YoujuError):
    """Rows of a question file cannot be used; the message lists them with their line."""


class EncoderError(YoujuError):
    """An encoder could not be loaded, or gave vectors that cannot be used."""


class ServiceStoreError(YoujuError):
    """The database of feedback, keys and sites cannot be used."""

    @classmethod
    def of(cls, place: str, error: BaseException, *, hidden: str | None = None) -> "ServiceStoreError":
        """`place` without its password; should the error tell it, as `hidden`, it is blotted out."""
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        reason = reason.replace(hidden, "***") if hidden else reason
        return cls(
            f"feedback, keys and sites are kept in {place}, which cannot be used ({reason}); expected a database that "
            "can be reached and written to: check that it runs, its name, and user and password in YOUJU_SERVICE"
        )

    @classmethod
    def unread(cls, scheme: str, reason: str) -> "ServiceStoreError":
        return cls(
            f"YOUJU_SERVICE: got a URL that begins with {scheme[:30]}://, and {reason}; expected a folder, "
            "sqlite:///path/to.db or postgresql+psycopg://user:password@host/db"
        )


class ModelError(YoujuError):
    """A language model failed, refused or timed out."""
