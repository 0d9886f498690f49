"""`subsidy up`: starts flow service, flow runner and console as children and answers for them."""
