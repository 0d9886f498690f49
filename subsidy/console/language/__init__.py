"""The words of the pages: translations, and the names of states, codes and deeds."""
