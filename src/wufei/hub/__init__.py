"""The "1": rooms from the ground up; a lower room never imports a higher one."""
