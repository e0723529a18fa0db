"""Import: files of transcripts, accounts and choices into one study, whole or not at all."""
