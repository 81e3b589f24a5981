"""Pages of the log: for anybody with a receipt, and for those who look after it."""
