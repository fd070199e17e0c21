"""Questions made from the store itself, and what `csq ask` learns from them: `python -m training.ask`."""
