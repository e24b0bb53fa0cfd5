"""Where items come from: folders of pictures and tables."""
