"""What `csq query optimise` may change in KQL."""
