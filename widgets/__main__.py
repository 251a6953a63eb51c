"""A demonstration of the widgets: `python -m widgets`."""

from widgets.demo import Demo

if __name__ == "__main__":
    Demo().run()
