"""Training of the ranking: samples of questions, the fit, and the file of weights that the package ships."""
