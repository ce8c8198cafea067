"""What is kept: journals with their signed record, accounts, evidence, the register; one store per file."""
