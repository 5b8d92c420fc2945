"""What a person or a program touches: command line, HTTP, page, widget, viewer."""
