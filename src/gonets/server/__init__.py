"""The standalone product: settings, commands, processes, accounts, mail catcher."""
