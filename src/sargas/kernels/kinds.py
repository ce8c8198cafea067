"""The kinds of measurement: how the four numbers z and their errors r are to be read.

    PLACE   x, y, -, -               var xx, cov xy, var yy, -
    MOVING  x, y, vx, vy             var xx, cov xy, var yy, var of vx and of vy
    ANGLE   azimuth, sx, sy, reach   var [rad^2], -, -, -

Metres and radians of the plane; the azimuth runs from its y axis towards its x axis.
"""

PLACE, MOVING, ANGLE = 1, 2, 3
