"""Commands for those who keep the installation: measuring, verifying, drawing."""
