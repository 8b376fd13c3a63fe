"""What meets the public: notices and their proof, outages, objections with sealed identities, progress by code."""
