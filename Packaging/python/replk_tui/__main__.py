from replk_tui import main

main()
