"""What moves: hamlets that join, part or are renamed, households that come along or were one, and the registers they are on."""
