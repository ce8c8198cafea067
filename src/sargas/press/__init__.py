"""A news text to the incidents that it tells of, each claim with the words that it rests on."""
