"""The commands, one file each; `congthuong.cli` finds them by name."""
