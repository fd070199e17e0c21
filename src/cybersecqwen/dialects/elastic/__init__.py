"""What EQL and ES|QL have in common: expressions, their three-valued logic, and Lucene's expressions."""
