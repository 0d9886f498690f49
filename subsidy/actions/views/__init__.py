"""Read models of the console and the API: plain values about what stands where, never rows."""
