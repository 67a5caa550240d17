"""Programs as source code: straight-line functions in Python, C and JavaScript, of the value and of derivatives."""
