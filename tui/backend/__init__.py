"""The back end: containerd over gRPC, as typed verbs and whole snapshots."""
