"""ImageGenX over gRPC: a client, and the messages that `make proto` generates."""
