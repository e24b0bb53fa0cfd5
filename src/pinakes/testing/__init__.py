"""For authors of components: suites that a component has to pass, and models to try things with."""
