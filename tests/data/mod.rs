mod schemes;
