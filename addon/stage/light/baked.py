import numpy as np
from itertools import product
def cell_mesh(n,size=(1,1,1),gap=.03,bevel=.085,segments=3):
    h=np.array(size)/2-gap/2
    P=[];F=[];L=[]
    def quad(ps,l):
        b=len(P);P.extend(ps);F.append((b,b+1,b+2,b+3));L.extend([l]*4)
    x,y,z=h
    if not n&4: quad([(-x,-y,-z),(x,-y,-z),(x,-y,z),(-x,-y,z)],1.0)
    if not n&32: quad([(-x,-y,z),(x,-y,z),(x,y,z),(-x,y,z)],1.15)
    if not n&2: quad([(x,-y,-z),(x,y,-z),(x,y,z),(x,-y,z)],.65)
    if not F: quad([(-x,-y,-z),(x,-y,-z),(x,-y,z),(-x,-y,z)],1.0)
    return np.array(P),F,np.array(L)
def tube_mesh(size,t):
    P=[];F=[];L=[];half=np.array(size)/2
    for ax in range(3):
        o=[i for i in range(3) if i!=ax]
        for s in product((-1,1),repeat=2):
            lo=np.zeros(3);hi=np.zeros(3);lo[ax],hi[ax]=-half[ax]-t/2,half[ax]+t/2
            for k,q in zip(o,s): lo[k],hi[k]=q*half[k]-t/2,q*half[k]+t/2
            p,f,l=cell_mesh(0,hi-lo,0); b=len(P);P.extend(p+(lo+hi)/2);F.extend([tuple(b+i for i in q) for q in f]);L.extend(l)
    return np.array(P),F,np.array(L)
def box_shadow(size,above,strength):
    w,d,h=size; x0,x1,y0,y1=-w/2,w/2,-d/2,d/2+.6*h; m=.5
    xs=[x0-m,x0,x1,x1+m];ys=[y0-m,y0,y1,y1+m]
    P=[(x,y,.01) for y in ys for x in xs];F=[(j*4+i,j*4+i+1,j*4+i+5,j*4+i+4) for j in range(3) for i in range(3)]
    return np.array(P),F,np.array([.35*strength if i in(1,2) and j in (1,2) else 0 for j in range(4) for i in range(4)])
def floor_light(xy,boxes,cell):
    l=np.ones(len(xy))
    for x0,y0,z0,x1,y1,z1,s in boxes:
        dx=np.maximum(np.maximum(x0-xy[:,0],xy[:,0]-x1),0);dy=np.maximum(np.maximum(y0-xy[:,1],xy[:,1]-y1-.4*(z1-z0)),0)
        l*=1-.3*s*np.exp(-(dx**2+dy**2)/cell**2)
    return l
def pool(p,corner): return 1.04-(1.04-corner)*np.clip((p**2).sum(1)/.5,0,1)
