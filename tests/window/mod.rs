mod screenshots;
