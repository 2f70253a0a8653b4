"""Numbers for those who lead: the summary, what stands behind a figure, pictures, letters and reports of every form."""
