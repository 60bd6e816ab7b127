"""Reading: the facts a plan is made from, plans and visits, inspectors."""
