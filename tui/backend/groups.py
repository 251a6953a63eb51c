"""Groups of tasks: which of their errors to tell."""


def first(errors: BaseExceptionGroup[BaseException]) -> BaseException:
    """Return the error that the others followed from."""
    error: BaseException = errors
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
