"""What a user talks to: answers, chat, the code check and the command line."""
