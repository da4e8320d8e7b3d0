# SPDX-License-Identifier: GPL-2.0-or-later
#
# A mail spool: small files, each made safe with fsync, by 16 threads for 60 seconds.
set $dir=/zolkit-bench
set $nthreads=16
set $nfiles=1000

define fileset name=spool,path=$dir,size=16k,entries=$nfiles,dirwidth=1000000,prealloc=80

define process name=mail,instances=1
{
  thread name=mail-thread,memsize=1m,instances=$nthreads
  {
    flowop deletefile name=delete,filesetname=spool
    flowop createfile name=create,filesetname=spool,fd=1
    flowop appendfilerand name=append1,iosize=16k,fd=1
    flowop fsync name=sync1,fd=1
    flowop closefile name=close1,fd=1
    flowop openfile name=open2,filesetname=spool,fd=1
    flowop readwholefile name=read2,fd=1,iosize=64k
    flowop appendfilerand name=append2,iosize=16k,fd=1
    flowop fsync name=sync2,fd=1
    flowop closefile name=close2,fd=1
  }
}

run 60
