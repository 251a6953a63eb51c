"""The services, one module each, named as containerd names them.

Every class has the methods of its service; a method takes the request and the
`tui.demo.router.Call`, and returns the response or raises a `Refusal`.
"""
