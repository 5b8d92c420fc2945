"""numpy's linear algebra while an index is made."""

from threadpoolctl import ThreadpoolController

from rag.index.blas import one_thread


def test_one_thread_until_the_last_that_wanted_it_is_done() -> None:
    own = ThreadpoolController().select(threading_layer="pthreads")  # none where numpy brings another library

    def threads() -> list[int]:
        return [library["num_threads"] for library in own.info()]

    with own.limit(limits=2):
        usual = threads()
        first, second = one_thread(), one_thread()
        first.__enter__()
        second.__enter__()
        first.__exit__(None, None, None)
        assert threads() == [1] * len(usual)
        second.__exit__(None, None, None)
        assert threads() == usual
