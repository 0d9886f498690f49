"""What people do in a story, by the names that the story's file uses."""
