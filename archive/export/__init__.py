"""What leaves the archive in forms that others read: WACZ and WARC for the captures, CSV and JSON lines for the tables. Changes nothing in it."""
