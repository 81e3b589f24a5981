from wufei.cli import main

main()
