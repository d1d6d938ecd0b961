"""More of what runs short, by hand: instances kept ready, tables by request, fresh servers, the other region."""
