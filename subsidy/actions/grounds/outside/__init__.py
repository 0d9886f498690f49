"""What is known from outside the city's claims: payments, and the questions put to other cities."""
