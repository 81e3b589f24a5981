from django.urls import path

from wufei.demo import views

urlpatterns = [path("progress/", views.progress, name="demo.progress")]
