// The screens that the view tests expect, as drawn text. Made by looking at each, then kept.

enum Screens {
  static let finished80x24 = #"""
     replk-tui  effective receptive fields        rule paper · ember · shared scale
    ▎ A  RepLKNet-13                          B  RepLKNet-31
    ▎ random:0 · 224 px · stage4              random:0 · 224 px · stage4


                                                          .....:::....
                                                       ...::--=====-::...
                                                      ..:-=+**####**+=-:..
                     .:--:..                         ..:-+*#%@@@@@@%#*+-:..
        ─          .:+#%%#+-.          ─        ─   ..:-=*#@@@@@@@@@@%*+-:..   ─
                   .=#@@@@%=:                       ..:-+*%@@@@@@@@@@%#+-:..
                   .-+%@@%*-.                       ..:-=*#@@@@@@@@@@%*+-:..
                    ..:--:..                         ..:-+*#%@@@@@@%#*+-:..
                                                      ..:-=+*######*+=-:..
                                                       ...:--======--:...
                                                          ....::::....


      0   ..:--==+**#%%@@ 1.32  log₁₀(M+1)    0   ..:--==+**#%%@@ 1.32  log₁₀(M+1)
      t       20 %    30 %    50 %    99 %    t       20 %    30 %    50 %    99 %
      side      25      29      39     127    side      53      65      85     209
      area   1.2 %   1.7 %   3.0 %  32.1 %    area   5.6 %   8.4 %  14.4 %  87.1 %
      1 image · border 0.0 % · σ 14.0 px      1 image · border 0.5 % · σ 30.1 px
     1..4 stage  + larger  - smaller  c colours  e export  s scale   ? help  q quit
    """#

  static let opening80x24 = #"""
     replk-tui  effective receptive fields        rule paper · ember · shared scale
    ▎ A  RepLKNet-13                          B  RepLKNet-31
    ▎ random:0 · 224 px · last stage          random:0 · 224 px · last stage







                    waiting                                 waiting







      0                      —  log₁₀(M+1)    0                      —  log₁₀(M+1)
      t       20 %    30 %    50 %    99 %    t       20 %    30 %    50 %    99 %
      side       —       —       —       —    side       —       —       —       —
      area       —       —       —       —    area       —       —       —       —
      waiting for its turn                    waiting for its turn
     Esc cancel  + larger  - smaller  c colours  s scale             ? help  q quit
    """#

  static let failed80x24 = #"""
     replk-tui  effective receptive fields        rule paper · ember · shared scale
    ▎ A  RepLKNet-13         failed, stale    B  RepLKNet-31         failed, stale
    ▎ random:0 · 192 px · stage4              random:0 · 192 px · stage4


                                                          .....:::....
                                                       ...::--=====-::...
                                                      ..:-=+**####**+=-:..
                     .:--:..                         ..:-+*#%@@@@@@%#*+-:..
        ─          .:+#%%#+-.          ─        ─   ..:-=*#@@@@@@@@@@%*+-:..   ─
                   .=#@@@@%=:                       ..:-+*%@@@@@@@@@@%#+-:..
                   .-+%@@%*-.                       ..:-=*#@@@@@@@@@@%*+-:..
                    ..:--:..                         ..:-+*#%@@@@@@%#*+-:..
                                                      ..:-=+*######*+=-:..
                                                       ...:--======--:...
                                                          ....::::....


      0   ..:--==+**#%%@@ 1.32  log₁₀(M+1)    0   ..:--==+**#%%@@ 1.32  log₁₀(M+1)
      t       20 %    30 %    50 %    99 %    t       20 %    30 %    50 %    99 %
      side      25      29      39     127    side      53      65      85     209
     RepLKNet-13: out of memory: 12 bytes for a tensor
     RepLKNet-31: out of memory: 12 bytes for a tensor
                                                                     ? help  q quit
    """#

  static let exported80x24 = #"""
     replk-tui  effective receptive fields        rule paper · ember · shared scale
    ▎ A  RepLKNet-13                          B  RepLKNet-31
    ▎ random:0 · 224 px · stage4              random:0 · 224 px · stage4


                                                          .....:::....
                                                       ...::--=====-::...
                                                      ..:-=+**####**+=-:..
                     .:--:..                         ..:-+*#%@@@@@@%#*+-:..
        ─          .:+#%%#+-.          ─        ─   ..:-=*#@@@@@@@@@@%*+-:..   ─
                   .=#@@@@%=:                       ..:-+*%@@@@@@@@@@%#+-:..
                   .-+%@@%*-.                       ..:-=*#@@@@@@@@@@%*+-:..
                    ..:--:..                         ..:-+*#%@@@@@@%#*+-:..
                                                      ..:-=+*######*+=-:..
                                                       ...:--======--:...
                                                          ....::::....


      0   ..:--==+**#%%@@ 1.32  log₁₀(M+1)    0   ..:--==+**#%%@@ 1.32  log₁₀(M+1)
      t       20 %    30 %    50 %    99 %    t       20 %    30 %    50 %    99 %
     wrote replknet-13-random-0-224-stage4.pgm replknet-13-random-0-224-stage4.png
     replknet-13-random-0-224-stage4.npy replknet-31-random-0-224-stage4.pgm
     replknet-31-random-0-224-stage4.png replknet-31-random-0-224-stage4.npy
                                                                     ? help  q quit
    """#

  static let help80x24 = #"""
     replk-tui  effective receptive fields        rule paper · ember · shared scale
     What is computed
       1..4    the stage whose central unit is looked at, in both networks: a fair
               comparison
       +       larger input for both networks
       -       smaller input for both networks
       r       compute both maps again
       Esc     cancel what is being computed; the map so far stays

     How it is shown
       c       next colour map
       C       previous colour map
       s       one colour scale for both maps, or one for each
       z       the focused panel alone, or both
       Tab     focus the next panel
       S-Tab   focus the previous panel

     Program
       e       write the finished maps as PGM, PNG and NPY into the current folder
       ^L      draw the screen anew
       ^Z      suspend; fg comes back
       ? F1    this help
       q       quit
     ↑ ↓ scroll                                                     ? close  q quit
    """#

  static let computing120x40 = #"""
     replk-tui  effective receptive fields                                                rule paper · ember · shared scale

     ▎ A  RepLKNet-13                                              B  RepLKNet-31
     ▎ random weights, seed 0 · input 224 × 224 · stage4           random weights, seed 0 · input 224 × 224 · last stage
                              │








                                 ..
                            ...::::::...
                           .:-=+****+=-:..
       ─                  .:=+#%@@@@%#*=:..                 ─
                         .:-+#@@@@@@@@#+-:.                                               waiting
                         .:-+#@@@@@@@@%*=:.
                          .:=*#%@@@@@%*=-..
                          ..:-=+*##**+-:..
                            ..::----::..
                                ....








                              │
       0     ...::::---====+++***####%%%@@@@ 1.32  log₁₀(M+1)      0     ...::::---====+++***####%%%@@@@ 1.32  log₁₀(M+1)

       t           20 %        30 %        50 %        99 %        t           20 %        30 %        50 %        99 %
       side       25 px       29 px       39 px      127 px        side           —           —           —           —
       area       1.2 %       1.7 %       3.0 %      32.1 %        area           —           —           —           —
       ━━━━━━━━━━━━──────────────────  image 2/4  12 s left        waiting for its turn

     Esc cancel  1..4 stage  + larger  - smaller  c colours  s scale  r recompute  z zoom  Tab panel         ? help  q quit
    """#

  static let single120x40 = #"""
     replk-tui  effective receptive fields                                                               rule paper · ember

       RepLKNet-31
       random weights, seed 0 · input 224 × 224 · stage4
                               │
                                                                    Smallest centred square holding t

                                                                         t      side        area
                                                                      20 %     25 px       1.2 %
                                                                      30 %     29 px       1.7 %
                                                                      50 %     39 px       3.0 %
                                                                      99 %    127 px      32.1 %

                                                                      border   0.0 %
                               ........                               sigma    14.0 px
                            ...:------::..                            images   1 of 1
                           .:-=+*####*+=-:.                           unit     row 3, column 3 of 7 × 7
      ─                   .:-=*%@@@@@@%#+-:.                   ─      layer    stage4
                         ..:=*%@@@@@@@@%*=-..                         weights  0123456789abcdef
                         ..:=*%@@@@@@@@%*=-..                         centre   112.0, 112.0 px
                          .:-+*%@@@@@@%#+-:.                          peak M   20.0
                           .:-=+*####*+=-:..                          time     1.5 s
                            ..::--==--::..                            memory   300 MiB
                               ........









                               │
       0     ....:::----====+++****###%%%%@@@@ 1.32  log₁₀(M+1)




     1..4 stage  + larger  - smaller  c colours  e export  r recompute                                       ? help  q quit
    """#

  static let stale200x60 = #"""
     replk-tui  effective receptive fields                                                                                                                                rule paper · ember · shared scale

     ▎ A  RepLKNet-13                                                                           stale      B  RepLKNet-31                                                                           stale
     ▎ random weights, seed 0 · input 256 × 256 · stage4                                                   random weights, seed 0 · input 256 × 256 · stage4
                                               │                                                                                                   │





                                                                                                                                                 ...................
                                                                                                                                           ..............................
                                                                                                                                        .............:::::::::::.............
                                                                                                                                     .........::::::::::::::::::::::::.........
                                                                                                                                   .......:::::::-------------------::::::........
                                                                                                                                 .......:::::-----=================-----:::::.......
                                                                                                                               ......:::::----====+++++++++++++++++====----::::......
                                                                                                                              ......:::----===++++*******##********+++====---::::......
                                                                                                                            ......::::---==+++****######%%%%%######***+++===---:::......
                                                    .....                                                                  ......:::---==+++**####%%%%%%%%%%%%%%%%%###***++===--::::.....
                                              .......::.......                                                            ......:::--===++**###%%%%@@@@@@@@@@@@@@%%%%###***++==---:::.....
                                            ...:::--------:::....                                                         .....:::--==++***##%%%@@@@@@@@@@@@@@@@@@@@%%%###**++==---:::.....
                                          ...::-==+++***++==--::...                                                      .....:::--==++**##%%%@@@@@@@@@@@@@@@@@@@@@@@@%%%##**++==--:::.....
         ─                               ..::-=+**##%%%%%##*+=--:...                              ─          ─          .....:::---==+**##%%%@@@@@@@@@@@@@@@@@@@@@@@@@@%%%##**++==--:::.....          ─
                                        ..:--=*##%@@@@@@@@%%#*+=-:...                                                   .....:::--==++**##%%@@@@@@@@@@@@@@@@@@@@@@@@@@@@%%%##**+==---::.....
                                       ..::-=*#%@@@@@@@@@@@@%#*+=-:..                                                   .....::---==+**##%%%@@@@@@@@@@@@@@@@@@@@@@@@@@@@@%%##**++==--:::.....
                                       ..:-=+*#%@@@@@@@@@@@@@%#+=-:..                                                   .....::---=++**##%%@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@%%%#**++==--:::.....
                                       ..:-=+*#%@@@@@@@@@@@@@%#+=-:...                                                  ....:::---=++**##%%@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@%%%#**++==--:::.....
                                       ..::-+*#%@@@@@@@@@@@@%#*+=-:..                                                   .....::---==+**##%%%@@@@@@@@@@@@@@@@@@@@@@@@@@@@@%%##**++==--:::.....
                                        ..:-=+*#%%@@@@@@@@@%#*+=-::..                                                   .....:::--==++**#%%%@@@@@@@@@@@@@@@@@@@@@@@@@@@@%%%##**+==---:::....
                                        ...:--=+*##%%%%%%%#**+=-::..                                                    .....:::---=++**##%%%@@@@@@@@@@@@@@@@@@@@@@@@@@%%%##**++==--:::.....
                                          ..::--=++******++==-::...                                                      .....:::--==++**##%%%@@@@@@@@@@@@@@@@@@@@@@@@%%%##**++==---:::.....
                                           ....::---====---:::...                                                        ......:::--==++**###%%%@@@@@@@@@@@@@@@@@@@@%%%%##**++==---:::.....
                                              .....:::::::.....                                                           .....::::--==+++**##%%%%%@@@@@@@@@@@@@@@%%%%###**++==---:::.....
                                                  ........                                                                 .....::::--===++***###%%%%%%%%@@@%%%%%%%###***+++==---:::.....
                                                                                                                            ......:::---===+++***#####%%%%%%%%%#####***+++==---::::.....
                                                                                                                             ......::::---===++++*****########******+++===---::::......
                                                                                                                               ......::::----====++++++******++++++====----::::.......
                                                                                                                                .......:::::-----===================----:::::.......
                                                                                                                                  ........::::::---------------------::::::.......
                                                                                                                                    .........:::::::::::-----::::::::::.........
                                                                                                                                       ............:::::::::::::::...........
                                                                                                                                           ...............................
                                                                                                                                               ......................





                                               │                                                                                                   │
       0         ........:::::::-------========+++++++********#######%%%%%%%%@@@@@@@ 1.32  log₁₀(M+1)      0         ........:::::::-------========+++++++********#######%%%%%%%%@@@@@@@ 1.32  log₁₀(M+1)

       t            20 %         30 %         50 %         99 %                                            t            20 %         30 %         50 %         99 %
       side        25 px        29 px        39 px       127 px                                            side        53 px        65 px        85 px       209 px
       area        1.2 %        1.7 %        3.0 %       32.1 %                                            area        5.6 %        8.4 %       14.4 %       87.1 %

       ────────────────────────────────────────────────────────────                                        waiting for its turn


     Esc cancel  1..4 stage  + larger  - smaller  c colours  e export  s scale  r recompute  z zoom  Tab panel                                                                               ? help  q quit
    """#

  static let finished40x12 = #"""
     replk-tui    panel A of 2 · rule paper
    ▎ A  RepLKNet-13

                        .
                  ─   .%%:   ─
                       ..

      0   ..:--==+**#%%@@ 1.32  log₁₀(M+1)
      t       20 %    30 %    50 %    99 %
      area   1.2 %   1.7 %   3.0 %  32.1 %
      1 image · border 0.0 % · σ 14.0 px
     1..4 stage  + larger    ? help  q quit
    """#
}
