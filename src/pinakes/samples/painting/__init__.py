"""Drawing: antialiased shapes, light and texture on a canvas of floating point pixels."""
