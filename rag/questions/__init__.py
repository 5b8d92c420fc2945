"""What a question asks for: kind, subjects, periods, parts, what it takes for granted, earlier turns."""
