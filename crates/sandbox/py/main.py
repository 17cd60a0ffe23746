import sys

sys.path.insert(0, "/hookswitch")

from _hookswitch import zygote

zygote.main()
