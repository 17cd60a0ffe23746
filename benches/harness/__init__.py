"""Measures hookswitch beside its peers; see benches/README.md."""
